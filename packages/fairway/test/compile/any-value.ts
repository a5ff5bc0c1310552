import fc from "../../../../test/fast-check.ts";
import { derive } from "../../src/identity.ts";

/** Few rows of each table, so that they often meet. */
export const few = {
  Host: 3,
  Network: 4,
  Physical_Network: 2,
  Physical_Port: 3,
  Subnet: 4,
  Address: 4,
  Endpoint: 5,
  Router: 2,
  Router_Interface: 3,
  Router_Gateway: 2,
  Zone: 2,
  Vip: 2,
  Security_Group: 3,
  Policy: 2,
  Host_Access: 3,
  Docker_Pool: 3,
  Docker_Network: 5,
  Docker_Endpoint: 3,
  Container_Port: 2,
  Container_Groups: 2,
  Publication: 2,
};
export type Table = keyof typeof few;

/** The UUID of one of a table's few rows. */
export function uuidOf(table: Table, at: number): string {
  return derive("test", table, String(at));
}

export function anyUuid(table: Table): fc.Arbitrary<string> {
  return fc.nat(few[table] - 1).map((at) => uuidOf(table, at));
}

/** Now and then null. */
export const maybe = <V>(value: fc.Arbitrary<V>): fc.Arbitrary<V | null> => fc.option(value, { freq: 4 });
/** One value mostly, others now and then. */
export const often = <V>(usual: V, ...others: readonly V[]): fc.Arbitrary<V> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, ...others.map((value) => fc.constant(value)));
