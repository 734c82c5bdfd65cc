"""The limits of the blinding audit that pages name; measuring itself loads scipy."""

#: Who sees a feature with a smaller area than this is right in fewer than six of ten pairs.
LEAK_FROM = 0.6
