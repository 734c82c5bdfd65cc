"""The desk for programs: whatever a page does, an address here does too."""
