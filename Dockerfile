# syntax=docker/dockerfile:1
# Two images from one file: `nichiro` (the command) and `airflow` (the same with a scheduler, see docker-compose.yml).
# Neither was built where this was written: there was no engine and no registry (docs/airflow.md).
FROM python:3.11.13-slim-bookworm AS wheel
WORKDIR /src
COPY requirements/build.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/build.txt
COPY . .
RUN pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheels .

FROM python:3.11.13-slim-bookworm AS base
ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 NICHIRO_DATA_DIR=/data
RUN useradd --uid 10001 --create-home nichiro && install -d -o nichiro -g nichiro /data /airflow
WORKDIR /home/nichiro

FROM base AS nichiro
COPY requirements/base.txt /tmp/
RUN pip install --require-hashes -r /tmp/base.txt
COPY --from=wheel /wheels /tmp/wheels
RUN pip install --no-deps /tmp/wheels/*.whl
USER nichiro
VOLUME /data
ENTRYPOINT ["nichiro"]
CMD ["--help"]

FROM base AS airflow
COPY requirements/airflow.txt /tmp/
RUN pip install --require-hashes -r /tmp/airflow.txt
COPY --from=wheel /wheels /tmp/wheels
RUN pip install --no-deps /tmp/wheels/*.whl
COPY --chown=nichiro:nichiro dags /dags
ENV AIRFLOW_HOME=/airflow AIRFLOW__CORE__DAGS_FOLDER=/dags AIRFLOW__CORE__LOAD_EXAMPLES=False
USER nichiro
VOLUME /data /airflow
CMD ["airflow", "version"]
