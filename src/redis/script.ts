import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { isOnCluster } from './cluster/is-on-cluster.js'
import { guardKey } from './keys.js'
import { RqdError, coerceError } from '../errors.js'
import { packTexts, type PackedArgument } from './pack-texts.js'
import type { LuaSource } from './scripts.generated.js'

/** What may be passed to a script. Numbers are sent as decimal text. */
export type ScriptArgument = string | number | Uint8Array

/** A raw reply: nested arrays of bytes, integers and nils. */
export type RawReply = Buffer | number | null | RawReply[]

/**
 * A script called by name: `keys` and `args` in the order of its header, `record` the fields of one job where the
 * script takes many. A missing name is a compile error.
 */
export interface Script<K extends string, A extends string, R extends string> {
  readonly source: LuaSource
  readonly keys: readonly K[]
  readonly args: readonly A[]
  readonly record: readonly R[]
}

/** Declare a script. */
export function defineScript<
  const K extends string,
  const A extends string,
  const R extends string = never,
>(definition: { source: LuaSource; keys: readonly K[]; args: readonly A[]; record?: readonly R[] }): Script<K, A, R> {
  return { record: [], ...definition }
}

/** One call of a script: `moreKeys` and `moreArgs` follow the named ones, the records come last. */
export interface ScriptCall<K extends string, A extends string, R extends string> {
  keys: Record<K, string>
  moreKeys?: readonly string[]
  args: Record<A, ScriptArgument>
  moreArgs?: readonly ScriptArgument[]
  records?: readonly Record<R, ScriptArgument>[]
}

/**
 * Run a script by its hash, sending the source where the server does not know it (a new server, SCRIPT FLUSH).
 * @throws RqdError RQD_REDIS naming the script, with the server's error as cause.
 */
export async function runScript<K extends string, A extends string, R extends string>(
  redis: Redis,
  script: Script<K, A, R>,
  call: ScriptCall<K, A, R>,
): Promise<RawReply> {
  const keys = [...script.keys.map((name) => call.keys[name]), ...(call.moreKeys ?? [])]
  const args: ScriptArgument[] = script.args.map((name) => call.args[name])
  if (call.moreArgs !== undefined) args.push(...call.moreArgs)
  for (const record of call.records ?? []) for (const name of script.record) args.push(record[name])
  const source = isOnCluster(redis) ? guarded(script.source, keys) : script.source
  const rest = [keys.length, ...keys, ...args.map(toWire)]
  try {
    return (await redis.callBuffer('EVALSHA', source.sha1, ...rest)) as RawReply
  } catch (thrown) {
    const error = coerceError(thrown)
    if (!isNoScript(error)) throw scriptError(script.source.name, error)
  }
  try {
    return (await redis.callBuffer('EVAL', source.source, ...rest)) as RawReply
  } catch (thrown) {
    throw scriptError(script.source.name, coerceError(thrown))
  }
}

type Text = Pick<LuaSource, 'source' | 'sha1'>

const guardedTexts = new WeakMap<LuaSource, Text>()

/** For a cluster: the guard (see `guardKey`) is put behind the keys, and the script takes it off before it begins. */
function guarded(script: LuaSource, keys: string[]): Text {
  const guard = keys[0] === undefined ? undefined : guardKey(keys[0])
  if (guard === undefined) {
    const found = JSON.stringify(keys[0] ?? '')
    const text = `on a Redis Cluster all keys of a prefix must lie in one slot: ${found} has no hash tag; expected a prefix such as {tenant}:rq`
    throw new RqdError('RQD_BAD_OPTION', text)
  }
  keys.push(guard)
  const known = guardedTexts.get(script)
  if (known !== undefined) return known
  // On the script's own first line, so that Redis names its lines as the file has them.
  const source = `local KEYS = { unpack(KEYS, 1, #KEYS - 1) } ${script.source}`
  const text = { source, sha1: createHash('sha1').update(source).digest('hex') }
  guardedTexts.set(script, text)
  return text
}

function toWire(argument: ScriptArgument): string | number | Buffer {
  if (!(argument instanceof Uint8Array)) return argument
  return Buffer.isBuffer(argument) ? argument : Buffer.from(argument.buffer, argument.byteOffset, argument.byteLength)
}

// The server gives no other mark of this case than the first word of its message.
function isNoScript(error: Error): boolean {
  return error.message.startsWith('NOSCRIPT')
}

function scriptError(name: string, cause: Error): RqdError {
  return new RqdError('RQD_REDIS', `Redis could not run the script ${name}: ${cause.message}`, { cause })
}

/** The records of a call as one argument, for scripts that read them with `cmsgpack.unpack`. */
export function packRecords<R extends string>(
  script: { readonly record: readonly R[] },
  records: readonly Record<R, PackedArgument>[],
): Buffer {
  const values: PackedArgument[] = []
  for (const record of records) for (const name of script.record) values.push(record[name])
  return packTexts(values)
}

/** Bytes out of a raw reply. @throws RqdError RQD_REDIS if there are none. */
export function asBytes(reply: RawReply | undefined): Buffer {
  if (Buffer.isBuffer(reply)) return reply
  throw new RqdError('RQD_REDIS', `expected bytes in the reply of a script, found ${describeReply(reply)}`)
}

/** A text out of a raw reply. @throws RqdError RQD_REDIS if there is none. */
export function asText(reply: RawReply | undefined): string {
  if (Buffer.isBuffer(reply)) return reply.toString('utf8')
  throw new RqdError('RQD_REDIS', `expected text in the reply of a script, found ${describeReply(reply)}`)
}

/** A list out of a raw reply. @throws RqdError RQD_REDIS if there is none. */
export function asList(reply: RawReply | undefined): RawReply[] {
  if (Array.isArray(reply)) return reply
  throw new RqdError('RQD_REDIS', `expected a list in the reply of a script, found ${describeReply(reply)}`)
}

/** An integer out of a raw reply. @throws RqdError RQD_REDIS if there is none. */
export function asInteger(reply: RawReply | undefined): number {
  if (typeof reply === 'number') return reply
  throw new RqdError('RQD_REDIS', `expected an integer in the reply of a script, found ${describeReply(reply)}`)
}

function describeReply(reply: RawReply | undefined): string {
  if (reply === undefined || reply === null) return 'nothing'
  return Array.isArray(reply) ? `a list of ${reply.length}` : typeof reply === 'number' ? String(reply) : 'text'
}
