"""Cases of an unblinded study: what readers saw and answered."""
