"""What readers saw and answered, case by case, once the study is unblinded."""
