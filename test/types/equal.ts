/* eslint-disable @typescript-eslint/no-unnecessary-type-parameters -- types are all that is compared here */

/** True if two types are the same, `any` included: it equals nothing but itself. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** `is<Expected>()(value)` is a compile error unless the value is of exactly that type. */
export function is<A>(): <B>(value: B, ...wrong: Equal<A, B> extends true ? [] : [expected: A]) => void {
  return () => undefined
}
