# One image for web, worker and migrations. The first stage needs pip, the second does not keep it.
FROM python:3.13-slim AS build
WORKDIR /build
RUN python -m venv /opt/keshi
COPY requirements/base.txt requirements/base.txt
RUN /opt/keshi/bin/pip install --no-cache-dir --require-hashes -r requirements/base.txt
COPY pyproject.toml README.md ./
COPY crm crm
COPY segmentation segmentation
COPY campaigns campaigns
COPY web web
COPY lab lab
COPY migrations migrations
RUN /opt/keshi/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
    && /opt/keshi/bin/pip uninstall --yes pip setuptools

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/keshi --create-home keshi
COPY --from=build /opt/keshi /opt/keshi
ENV PATH=/opt/keshi/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    KESHI_DATA_DIR=/var/lib/keshi
WORKDIR /var/lib/keshi
USER 10001
VOLUME /var/lib/keshi
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["keshi", "serve", "--host", "0.0.0.0", "--port", "8000", "--no-worker"]
