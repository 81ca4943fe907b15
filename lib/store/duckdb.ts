/** What is used of DuckDB, as an ES module that can be imported late: a bundled CommonJS package would come as its default export alone. */

export { DuckDBInstance, DuckDBTimestampMillisecondsValue } from '@duckdb/node-api';
