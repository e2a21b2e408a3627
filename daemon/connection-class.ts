import type { MakeRedis } from '../src/redis/connection.js'
import type { FunctionResolver } from '../src/run/resolve.js'
import { named, refused } from './custom-error.js'

const FLAG = '--connection-class'

/** What rqd does with a connection, whatever class it is of. */
const needed = ['sendCommand', 'connect', 'disconnect', 'duplicate', 'on'] as const

/**
 * What makes connections: a class that extends ioredis' Redis, of whichever copy of that package, or a function.
 * @returns undefined where none is named
 * @throws RqdError RQD_BAD_OPTION if it does not load or is neither; later if it makes something else
 */
export async function loadConnectionClass(
  name: string | null,
  resolver: FunctionResolver,
): Promise<MakeRedis | undefined> {
  if (name === null) return undefined
  const value = await named(FLAG, name, () => resolver.resolveExport(name))
  const expected =
    'expected a class that extends Redis of ioredis, or a function that takes its options and returns one'
  if (typeof value !== 'function') throw refused(FLAG, name, `it is a ${typeof value}; ${expected}`)
  const isClass = /^class\b/.test(Function.prototype.toString.call(value))
  if (isClass && !isConnection(value.prototype)) throw refused(FLAG, name, `it is the class ${value.name}; ${expected}`)
  return (options) => {
    const made: unknown = isClass ? Reflect.construct(value, [options]) : Reflect.apply(value, undefined, [options])
    if (isConnection(made)) return made as ReturnType<MakeRedis>
    throw refused(FLAG, name, `it returned a ${typeof made} without the methods ${needed.join(', ')}; ${expected}`)
  }
}

function isConnection(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    needed.every((method) => typeof Reflect.get(value, method) === 'function')
  )
}
