/*! readerstudy, sources sha256 58ece8e014c4465295d277bad281ab72e77b4eeb53d3b9ea3f350f1a0f0a1c1d */
