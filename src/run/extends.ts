/**
 * Under which the base classes that users extend say what they are. A registered symbol, because the user's class may
 * extend the base of another copy of the package than the one that runs the daemon.
 */
export const EXTENDS = Symbol.for('rqd.extends')

/** What a class stands for. */
export type ClassKind = 'worker' | 'job' | 'queue' | 'death-penalty'

/** True for a class that is, or extends, the base of that kind, of whichever copy of the package. */
export function isClassOf(value: unknown, kind: ClassKind): boolean {
  return typeof value === 'function' && Reflect.get(value, EXTENDS) === kind
}
