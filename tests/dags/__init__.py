"""The DAGs, in an Airflow of their own (`make airflow-test`), and the bridge, which needs none."""
