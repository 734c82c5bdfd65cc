"""What all subjects of the desk share: who may enter, the stages of a study, the page frame."""
