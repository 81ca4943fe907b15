/** What is used of DuckDB, as an ES module that can be imported late: a bundled CommonJS package would come as its default export alone. */

export {
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  StatementType,
} from '@duckdb/node-api';
