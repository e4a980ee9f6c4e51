# What browsers are served, from npm.
FROM node:22-slim AS assets
WORKDIR /assets
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

# The Python packages, pinned with their hashes.
FROM python:3.12-slim AS packages
RUN python -m venv /venv
COPY requirements-service.lock .
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements-service.lock

FROM python:3.12-slim
# Pango sets the papers; the fonts cover the scripts of the programme; PostgreSQL's client makes and restores backups;
# jemalloc takes memory in huge pages, with which Python needs a fifth less of the processor (docs/decisions/0036).
RUN apt-get update -q \
 && apt-get install -qy --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core \
    postgresql-client libjemalloc2 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 1000 --home-dir /accord --shell /usr/sbin/nologin accord
WORKDIR /accord
COPY --from=packages /venv /venv
COPY --from=assets /assets/node_modules node_modules
COPY . .
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
ENV LD_PRELOAD=libjemalloc.so.2 PYTHONMALLOC=malloc MALLOC_CONF=thp:always,metadata_thp:always,narenas:1,lg_tcache_max:16
RUN python scripts/catalogues.py compile \
 && SECRET_KEY=only-for-the-build python manage.py collectstatic --noinput --verbosity 0 \
 && mkdir -p var/media \
 && chown -R accord: var
USER accord
EXPOSE 8000
CMD ["daphne", "-v", "0", "-b", "0.0.0.0", "-p", "8000", "config.asgi:application"]
