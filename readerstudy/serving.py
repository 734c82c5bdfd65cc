"""How gunicorn serves the platform: `gunicorn --config python:readerstudy.serving readerstudy.wsgi`.

What stands on the command line counts more. `WEB_CONCURRENCY` is the number of workers.
"""

import os

bind = "127.0.0.1:8000"
workers = int(os.environ.get("WEB_CONCURRENCY") or 4)
# A download over a slow line holds a thread until its last byte is on the way, unless a proxy takes it over.
# Threads that wait for a socket cost next to nothing; too few, and a slow line keeps everybody waiting.
threads = 32
# Connections to the database are what the threads of a process share: these wait for nobody's line.
raw_env = [f"DATABASE_CONNECTIONS={os.environ.get('DATABASE_CONNECTIONS') or 8}"]
loglevel = "warning"
