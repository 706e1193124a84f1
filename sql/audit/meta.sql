-- Facts about the build: versions of program, rules and catalogue.
CREATE TABLE audit.meta AS SELECT key, value FROM input.meta ORDER BY key;
