-- One row for each check of this build; filled after the models, by the checks themselves.
CREATE TABLE audit.check_result (
  run_id VARCHAR, check_name VARCHAR, severity VARCHAR, status VARCHAR, offending BIGINT, sample VARCHAR, text_en VARCHAR, text_vi VARCHAR
);
