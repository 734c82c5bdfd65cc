"""What a design can show, by simulation, before anybody reads."""
