/**
 * Values that Python has and JavaScript has no exact type for. Together with `python-dates.ts` this is the one mapping
 * between the two, tabled in `docs/python-values.md`. All of them are plain data: none can run anything.
 */
import { UnrepresentableError } from '../errors.js'
import { PythonValue } from './python-value.js'

export { DateOnly, DateTime, TimeDelta, TimeOfDay, type WallClock } from './python-dates.js'
export { PythonValue } from './python-value.js'
export { FixedOffset, type Zone, ZoneInfo } from './python-zones.js'

/** A Python tuple: an array in every respect, but written back as a tuple. Its `map`, `filter`, ... give plain arrays. */
export class Tuple<T = unknown> extends Array<T> {
  /** What `map`, `filter` and the like make: plain arrays. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }

  /** A tuple with the given items; unlike the constructor it takes a single number as an item. */
  static wrap<T>(items: readonly T[]): Tuple<T> {
    const tuple = new Tuple<T>()
    for (const item of items) tuple.push(item)
    return tuple
  }
}

/** A Python frozenset: a set in every respect, but written back as a frozenset. */
export class FrozenSet<T = unknown> extends Set<T> {}

/** A Python `collections.OrderedDict`: a Map in every respect, but written back as an OrderedDict. */
export class OrderedDict<K = unknown, V = unknown> extends Map<K, V> {}

/** A Python bytearray: bytes in every respect, but written back as a bytearray. */
export class ByteArray extends Uint8Array {
  /** A copy of the bytes. */
  static wrap(bytes: Uint8Array): ByteArray {
    const copy = new ByteArray(bytes.length)
    copy.set(bytes)
    return copy
  }
}

/** A Python `uuid.UUID`. */
export class Uuid extends PythonValue {
  readonly pythonType = 'uuid.UUID'
  /** 32 lower-case hex digits in five groups. */
  text = '00000000-0000-0000-0000-000000000000'

  /** @throws UnrepresentableError unless `text` holds 32 hex digits, with or without dashes. */
  constructor(text?: string) {
    super()
    if (text === undefined) return
    const hex = text.length <= 45 ? text.replace(/^urn:uuid:/, '').replace(/[{}-]/g, '') : ''
    if (!/^[0-9a-f]{32}$/i.test(hex))
      throw new UnrepresentableError(`${quoted(text)} is no UUID: expected 32 hex digits`)
    this.text = hex.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  }

  override toString(): string {
    return this.text
  }
}

const decimalPattern = /^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|s?nan\d*)$/i

/** A Python `decimal.Decimal`, as the text that made it: no digit is lost, nothing is computed. */
export class Decimal extends PythonValue {
  readonly pythonType = 'decimal.Decimal'

  /** All digits and the exponent, as given. */
  readonly text: string

  /** @throws UnrepresentableError unless Python's Decimal would accept `text`. */
  constructor(text: string) {
    super()
    this.text = text
    if (!decimalPattern.test(text)) throw new UnrepresentableError(`${quoted(text)} is no decimal number`)
  }

  override toString(): string {
    return this.text
  }
}

/** A Python complex number. */
export class Complex extends PythonValue {
  readonly pythonType = 'complex'

  /** The real part. */
  readonly real: number
  /** The imaginary part. */
  readonly imaginary: number

  constructor(real: number, imaginary: number) {
    super()
    this.real = real
    this.imaginary = imaginary
  }

  override toString(): string {
    return `${this.real}${this.imaginary < 0 ? '' : '+'}${this.imaginary}j`
  }
}

type Integer = number | bigint

/** A Python range. Iterating gives its numbers (as numbers, or as BigInts if any of the three is one). */
export class Range extends PythonValue implements Iterable<Integer> {
  readonly pythonType = 'range'

  /** The first number, if there is any. */
  readonly start: Integer
  /** Where it ends: not one of its numbers. */
  readonly stop: Integer
  /** From each number to the next; never 0. */
  readonly step: Integer

  /** @throws UnrepresentableError if `step` is 0 or one of the three is no integer. */
  constructor(start: Integer, stop: Integer, step: Integer = 1) {
    super()
    this.start = start
    this.stop = stop
    this.step = step
    for (const part of [start, stop, step]) {
      if (typeof part === 'number' && !Number.isSafeInteger(part)) {
        throw new UnrepresentableError(`range: ${part} is no integer`)
      }
    }
    if (BigInt(step) === 0n) throw new UnrepresentableError('range: the step is 0')
  }

  /** Its numbers, in order. */
  *[Symbol.iterator](): Generator<Integer> {
    const { start, stop, step } = this
    if (typeof start === 'number' && typeof stop === 'number' && typeof step === 'number') {
      for (let at = start; step > 0 ? at < stop : at > stop; at += step) yield at
      return
    }
    const [to, by] = [BigInt(stop), BigInt(step)]
    for (let at = BigInt(start); by > 0n ? at < to : at > to; at += by) yield at
  }

  override toString(): string {
    return `range(${this.start}, ${this.stop}${BigInt(this.step) === 1n ? '' : `, ${this.step}`})`
  }
}

/** The classes of Python's `pathlib`. */
export type PathClass = 'PurePosixPath' | 'PosixPath' | 'PureWindowsPath' | 'WindowsPath' | 'PurePath' | 'Path'

/** A Python `pathlib` path: text with the name of its class. */
export class PathValue extends PythonValue {
  get pythonType(): string {
    return `pathlib.${this.pathClass}`
  }

  /** As Python prints it. */
  readonly path: string
  /** Name of the class in `pathlib`. */
  readonly pathClass: PathClass

  constructor(path: string, pathClass: PathClass = 'PurePosixPath') {
    super()
    this.path = path
    this.pathClass = pathClass
  }

  override toString(): string {
    return this.path
  }
}

/**
 * Any other Python object or name: what the pickle says about it, never imported, called or run. A `global` is the
 * bare name of a class or function, an `instance` what Python would have made with it.
 */
export class OpaqueValue extends PythonValue {
  /** What the pickle passed to BUILD: the attributes, usually a mapping. */
  state: unknown = undefined
  /** What the pickle appended, added or set: items of a list or set subclass, [key, value] of a dict subclass. */
  readonly items: unknown[] = []

  /** Name of the Python module. */
  readonly module: string
  /** Name within the module, in dots. */
  readonly name: string
  /** The bare name, or what Python would have made with it. */
  readonly kind: 'global' | 'instance'
  /** What the pickle passes to it; nothing for a bare name. */
  readonly args: readonly unknown[]

  constructor(module: string, name: string, kind: 'global' | 'instance', args: readonly unknown[] = []) {
    super()
    this.module = module
    this.name = name
    this.kind = kind
    this.args = args
  }

  get pythonType(): string {
    return `${this.module}.${this.name}`
  }

  override toString(): string {
    return `<${this.pythonType}${this.kind === 'instance' ? ' object' : ''}>`
  }
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text)
}
