# syntax=docker/dockerfile:1
# docker build .                                   web and statistics (VARIANT=base, the default)
# docker build --build-arg VARIANT=cpu .           and generation on the CPU
# docker build --build-arg VARIANT=cuda .          and generation on NVIDIA GPUs
ARG PYTHON=3.11-slim-bookworm

FROM python:${PYTHON} AS build
ARG VARIANT=base
# Where the CPU build of torch is. The CUDA build is the one of the default index, with its libraries.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore PIP_NO_COMPILE=1
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
COPY requirements /build/requirements
RUN pip install --require-hashes --no-deps -r /build/requirements/server.txt
RUN generation() { pip install --require-hashes --no-deps -r /build/requirements/generation.txt; }; \
    case "$VARIANT" in \
      base) ;; \
      cpu) generation && pip install --no-deps --extra-index-url "$TORCH_INDEX" -r /build/requirements/torch.txt ;; \
      cuda) generation && pip install -r /build/requirements/torch.txt ;; \
      *) echo "VARIANT is base, cpu or cuda." >&2; exit 1 ;; \
    esac
# The wheel is built with what is locked, and what builds it is left out of the image.
RUN python -m venv /builder && /builder/bin/pip install --require-hashes --no-deps -r /build/requirements/build.txt
COPY . /build
RUN /builder/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels /build && pip install --no-deps /wheels/*.whl
# Compiled without dates, which some engines round when they copy; some packages bring files that are no Python.
RUN python -m compileall -q -j 0 --invalidation-mode unchecked-hash /venv/lib || true

FROM python:${PYTHON}
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-client && rm -rf /var/lib/apt/lists/* \
 && useradd --no-create-home --uid 10001 --home-dir /data --shell /usr/sbin/nologin readerstudy \
 && install -d -o readerstudy -g readerstudy /data /secrets
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    READERSTUDY_ENV=production READERSTUDY_HOME=/data SECRETS_KEY_FILE=/secrets/studies.key \
    MPLCONFIGDIR=/tmp/matplotlib
USER readerstudy
VOLUME ["/data", "/secrets"]
EXPOSE 8000
# The root file system may be read-only: /data and /secrets are volumes, /tmp a tmpfs.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["python", "-c", "import os, urllib.request as web; \
host = os.environ['ALLOWED_HOSTS'].split(',')[0]; \
page = web.Request('http://127.0.0.1:8000/health/ready', headers={'Host': host}); \
web.urlopen(page, timeout=8)"]
CMD ["gunicorn", "--config", "python:readerstudy.serving", "readerstudy.wsgi", "--bind", "0.0.0.0:8000", "--worker-tmp-dir", "/dev/shm"]
