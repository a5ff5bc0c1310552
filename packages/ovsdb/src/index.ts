export { type BackoffOptions } from "./backoff.ts";
export { OvsdbClient, type OvsdbClientOptions } from "./client.ts";
export type { Connection } from "./connection.ts";
export { errorKinds, OvsdbError, type OvsdbErrorCode } from "./errors.ts";
export { generateTypes } from "./generate.ts";
export type { Lock } from "./lock.ts";
export type { Logger } from "./logger.ts";
export type { ClusterOptions } from "./membership.ts";
export { MessageStream } from "./message-stream.ts";
export type { Atom, Operation, OperationResult } from "./notation.ts";
export { byUuid, type Operations, operationsFor } from "./operations.ts";
export { parseRemote, type Remote, type TlsOptions, type TlsSource } from "./remote.ts";
export { type Change, Replica, type ReplicaOptions, type TableSelection } from "./replica.ts";
export type { IndexKeys, ReplicaTable } from "./replica-table.ts";
export type { RequestOptions } from "./request.ts";
export type {
  AnyTables,
  ColumnValue,
  Condition,
  Mutation,
  NamedUuid,
  Row,
  RowInput,
  TablesOf,
} from "./row-types.ts";
export {
  type ColumnSchema,
  type ColumnType,
  type DatabaseSchema,
  parseSchema,
  type TableSchema,
} from "./schema.ts";
export { type MergerOptions, TransactionMerger } from "./transaction-merger.ts";
