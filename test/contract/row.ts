/**
 * What the product promises, and where it is proved. A row is one promise, its clauses are the expectations that it
 * consists of, each with the tests that would fail without it: `file below test/: part of a title`. A row that is added
 * gets its count in `contract.test.ts`.
 */
export interface Row {
  readonly title: string
  readonly clauses: Readonly<Record<string, readonly string[]>>
  /** Clauses that no test proves. */
  readonly unproven?: readonly string[]
}
