/**
 * The allow-list: what a few named classes of Python's standard library build from plain arguments. A builder that
 * does not understand its arguments gives undefined, and the call stays opaque, like every call of any other name.
 */
import { PayloadError, UnrepresentableError } from '../../errors.js'
import {
  ByteArray,
  Complex,
  Decimal,
  FixedOffset,
  FrozenSet,
  OpaqueValue,
  OrderedDict,
  type PathClass,
  PathValue,
  Range,
  TimeDelta,
  Uuid,
  ZoneInfo,
} from '../python-values.js'
import { isZoneCached } from '../python-zones.js'
import { type Budget } from './budget.js'
import { buildDate, buildDateTime, buildTime } from './dates.js'

type Args = readonly unknown[]
type Builder = (args: Args, budget: Budget) => unknown

const unpickleZone = 'ZoneInfo._unpickle'

const builders = new Map<string, Builder>([
  ['_codecs.encode', encodeText],
  ['builtins.bytearray', (args, budget) => mapDefined(bytesOf(args, budget), (bytes) => ByteArray.wrap(bytes))],
  ['builtins.bytes', bytesOf],
  ['builtins.complex', ([re, im]) => (isNumber(re) && isNumber(im) ? new Complex(re, im) : undefined)],
  ['builtins.frozenset', (args, budget) => mapDefined(itemsOf(args, budget), (items) => new FrozenSet(items))],
  ['builtins.getattr', getAttribute],
  ['builtins.range', buildRange],
  ['builtins.set', (args, budget) => mapDefined(itemsOf(args, budget), (items) => new Set(items))],
  ['builtins.xrange', buildRange],
  ['collections.OrderedDict', buildOrderedDict],
  [
    'copyreg.__newobj__',
    ([callee, ...args], budget) =>
      callee instanceof OpaqueValue ? callGlobal(callee, args, undefined, budget) : undefined,
  ],
  ['copyreg._reconstructor', ([callee]) => (callee instanceof OpaqueValue ? instanceOf(callee, []) : undefined)],
  ['datetime.date', buildDate],
  ['datetime.datetime', buildDateTime],
  ['datetime.time', buildTime],
  ['datetime.timedelta', buildTimeDelta],
  ['datetime.timezone', buildOffset],
  [
    'decimal.Decimal',
    ([text], budget) => (typeof text === 'string' ? (budget.spend(text.length), new Decimal(text)) : undefined),
  ],
  ['uuid.UUID', ([text]) => (text === undefined || typeof text === 'string' ? new Uuid(text) : undefined)],
  ['zoneinfo.ZoneInfo', buildZone],
  [`zoneinfo.${unpickleZone}`, buildZone],
])
for (const name of ['PurePosixPath', 'PosixPath', 'PureWindowsPath', 'WindowsPath', 'PurePath', 'Path'] as const) {
  const builder: Builder = (args, budget) => buildPath(name, args, budget)
  builders.set(`pathlib.${name}`, builder).set(`pathlib._local.${name}`, builder)
}

/** Python 2 names, which protocol 2 still uses. */
const oldModules = new Map([
  ['__builtin__', 'builtins'],
  ['copy_reg', 'copyreg'],
])

/** What calling `callee` would build: a plain value if the name and its arguments are known here, else an opaque one. */
export function callGlobal(callee: OpaqueValue, args: Args, kwargs: unknown, budget: Budget): object {
  if (callee.kind === 'global' && isEmpty(kwargs)) {
    const module = oldModules.get(callee.module) ?? callee.module
    const built = builders.get(`${module}.${callee.name}`)?.(args, budget)
    if (typeof built === 'object' && built !== null) return built
  }
  return instanceOf(callee, args, kwargs)
}

/** BUILD: give an object its attributes. @throws PayloadError if the object can have none */
export function buildState(target: unknown, state: unknown): void {
  if (target instanceof OpaqueValue) {
    target.state = state
  } else if (target instanceof Uuid) {
    const int = (state as { int?: unknown } | null)?.int
    const value = typeof int === 'number' || typeof int === 'bigint' ? BigInt(int) : -1n
    if (BigInt.asUintN(128, value) !== value) throw new PayloadError('bad pickle: a UUID without its number')
    target.text = new Uuid(value.toString(16).padStart(32, '0')).text
  } else {
    throw new PayloadError('bad pickle: attributes are given to a value that has none')
  }
}

function instanceOf(callee: OpaqueValue, args: Args, kwargs?: unknown): OpaqueValue {
  const value = new OpaqueValue(callee.module, callee.name, 'instance', args)
  if (!isEmpty(kwargs)) value.state = kwargs
  return value
}

/** `getattr(object, name)`: how bound methods and nested classes are pickled. */
function getAttribute([owner, name]: Args): unknown {
  if (!(owner instanceof OpaqueValue) || typeof name !== 'string') return undefined
  if (owner.name.length + name.length > 1000) return undefined
  return new OpaqueValue(owner.module, `${owner.name}.${name}`, 'global')
}

/** `_codecs.encode(text, 'latin1')`: how protocol 2 carries bytes. */
function encodeText([text, encoding]: Args, budget: Budget): Buffer | undefined {
  if (typeof text !== 'string' || (encoding !== 'latin1' && encoding !== 'latin-1')) return undefined
  budget.spend(text.length)
  if (/[^\0-\xff]/.test(text)) throw new PayloadError('bad pickle: bytes written as text have a character beyond 0xff')
  return Buffer.from(text, 'latin1')
}

function bytesOf(args: Args, budget: Budget): Buffer<ArrayBuffer> | undefined {
  const [source, ...more] = args
  if (source === undefined) return Buffer.alloc(0)
  if (source instanceof Uint8Array && more.length === 0) {
    budget.spend(source.length)
    return Buffer.from(source)
  }
  const encoded = encodeText(args, budget)
  return encoded === undefined ? undefined : Buffer.from(encoded)
}

function itemsOf([items]: Args, budget: Budget): readonly unknown[] | undefined {
  if (items === undefined) return []
  if (!Array.isArray(items)) return undefined
  budget.spend(items.length)
  return items.map((item: unknown) => budget.key(item))
}

function buildRange([start, stop, step]: Args): Range | undefined {
  return isInteger(start) && isInteger(stop) && isInteger(step) ? new Range(start, stop, step) : undefined
}

function buildOrderedDict([pairs, ...more]: Args, budget: Budget): OrderedDict | undefined {
  const dict = new OrderedDict()
  if (pairs === undefined) return dict
  if (!Array.isArray(pairs) || more.length > 0) return undefined
  budget.spend(pairs.length)
  for (const pair of pairs as unknown[]) {
    if (!Array.isArray(pair) || pair.length !== 2) return undefined
    dict.set(budget.key(pair[0]), pair[1])
  }
  return dict
}

function buildTimeDelta([days = 0, seconds = 0, microseconds = 0]: Args): TimeDelta | undefined {
  return isNumber(days) && isNumber(seconds) && isNumber(microseconds)
    ? new TimeDelta(days, seconds, microseconds)
    : undefined
}

function buildOffset([delta, name]: Args): FixedOffset | undefined {
  if (!(delta instanceof TimeDelta) || (name !== undefined && typeof name !== 'string')) return undefined
  return new FixedOffset((delta.days * 86_400 + delta.seconds) * 1e6 + delta.microseconds, name)
}

/** Looking up a zone by name takes as long as many thousand opcodes. */
const zoneCost = 20_000

/** A zone that this runtime lacks stays opaque: it can be carried, not computed with. */
function buildZone([key]: Args, budget: Budget): ZoneInfo | undefined {
  if (typeof key !== 'string') return undefined
  if (!isZoneCached(key)) budget.spend(zoneCost)
  try {
    return new ZoneInfo(key)
  } catch (error) {
    if (error instanceof UnrepresentableError) return undefined
    throw error
  }
}

function buildPath(name: PathClass, parts: Args, budget: Budget): PathValue | undefined {
  let path = ''
  const separator = name.includes('Windows') ? '\\' : '/'
  for (const part of parts) {
    if (typeof part !== 'string') return undefined
    budget.spend(path.length + part.length)
    path += path === '' || path.endsWith(separator) ? part : `${separator}${part}`
  }
  return new PathValue(path === '' ? '.' : path, name)
}

function mapDefined<T, R>(value: T | undefined, make: (value: T) => R): R | undefined {
  return value === undefined ? undefined : make(value)
}

function isEmpty(kwargs: unknown): boolean {
  return kwargs === undefined || (typeof kwargs === 'object' && kwargs !== null && Object.keys(kwargs).length === 0)
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number'
}

function isInteger(value: unknown): value is number | bigint {
  return typeof value === 'bigint' || Number.isSafeInteger(value)
}
