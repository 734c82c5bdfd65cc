/*! readerstudy, sources sha256 8ffc446a3aeacddec1889ac719a9afa1249a2a329d1a05e586e18d010203b643 */
