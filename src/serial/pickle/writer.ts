/**
 * Writes plain data as a pickle that every Python 3 loads (wire-format 10.3): opcodes of protocol 2 plus BINBYTES,
 * without memo and frames. A value that is referred to twice is written twice; circles are refused.
 */
import { UnrepresentableError } from '../../errors.js'
import { isDictLike } from '../dict.js'
import { isInt } from '../float-text.js'
import { maxDepth, maxValues } from '../limits.js'
import { ByteArray, FrozenSet, OpaqueValue, OrderedDict, PythonValue, Tuple } from '../python-values.js'
import { kindOf, locating, Refusal, TooDeep } from '../refusal.js'
import { ByteSink } from './sink.js'
import { writeDate, writePythonValue } from './write-values.js'

/** Bytes of a pickle. @throws UnrepresentableError saying where, for what plain data cannot hold */
export function writePickle(value: unknown): Buffer {
  return locating('pickle', value, () => {
    const writer = new PickleWriter()
    writer.write(value, 0)
    return writer.finish()
  })
}

export class PickleWriter {
  readonly sink = new ByteSink()
  #values = 0

  constructor() {
    this.sink.op8(0x80, 2) // PROTO
  }

  finish(): Buffer {
    this.sink.u8(0x2e) // STOP
    return this.sink.finish()
  }

  write(value: unknown, depth: number): void {
    if (++this.#values > maxValues) throw new UnrepresentableError(`pickle: more than ${maxValues} values`)
    switch (typeof value) {
      case 'string':
        this.text(value)
        break
      case 'number':
        if (isInt(value)) this.int(value)
        else this.float(value)
        break
      case 'boolean':
        this.sink.u8(value ? 0x88 : 0x89) // NEWTRUE, NEWFALSE
        break
      case 'bigint':
        this.int(value)
        break
      case 'undefined':
        this.sink.u8(0x4e) // NONE
        break
      case 'object':
        if (value === null) this.sink.u8(0x4e)
        else this.#compound(value, depth + 1)
        break
      case 'function':
      case 'symbol':
        throw new Refusal(`it is ${kindOf(value)}`, value)
    }
  }

  text(text: string): void {
    this.sink.opText(0x58, text) // BINUNICODE
  }

  int(value: number | bigint): void {
    if (value >= 0 && value <= 0xffff) {
      if (value <= 0xff)
        this.sink.op8(0x4b, Number(value)) // BININT1
      else this.sink.op16(0x4d, Number(value)) // BININT2
    } else if (value >= -0x8000_0000 && value <= 0x7fff_ffff) {
      this.sink.op32(0x4a, Number(value)) // BININT
    } else {
      this.#long(BigInt(value))
    }
  }

  float(value: number): void {
    this.sink.opFloat(0x47, value) // BINFLOAT
  }

  bytes(bytes: Uint8Array): void {
    this.sink.patch(1, 3)
    this.sink.opBytes(0x42, bytes) // BINBYTES, of protocol 3
  }

  /** The name of a class, to be followed by its arguments. */
  global(module: string, name: string): void {
    this.sink.ascii(`c${module}\n${name}\n`) // GLOBAL
  }

  /** A call of the class before with the tuple of what `writeArgs` writes; up to three arguments by their number. */
  call(module: string, name: string, count: 0 | 1 | 2 | 3 | 'many', writeArgs: () => void): void {
    this.global(module, name)
    if (count === 'many') this.sink.u8(0x28) // MARK
    writeArgs()
    this.sink.u8(count === 'many' ? 0x74 : tupleOps[count])
    this.sink.u8(0x52) // REDUCE
  }

  list(items: Iterable<unknown>, depth: number): void {
    this.sink.op8(0x5d, 0x28) // EMPTY_LIST, MARK
    for (const item of items) this.write(item, depth)
    this.sink.u8(0x65) // APPENDS
  }

  #compound(value: object, depth: number): void {
    if (depth > maxDepth) throw new TooDeep(`it is nested deeper than ${maxDepth} levels`)
    if (Array.isArray(value)) {
      if (value instanceof Tuple) this.#tuple(value, depth)
      else if (value.length === 0) this.sink.u8(0x5d)
      else this.list(value, depth)
    } else if (value instanceof Map) {
      this.#map(value, depth)
    } else if (value instanceof Set) {
      const name = value instanceof FrozenSet ? 'frozenset' : 'set'
      for (const item of value) requireHashable(item)
      this.call('builtins', name, 1, () => this.list(value, depth))
    } else if (value instanceof Uint8Array) {
      if (value instanceof ByteArray) this.call('builtins', 'bytearray', 1, () => this.bytes(value))
      else this.bytes(value)
    } else if (value instanceof Date) {
      writeDate(this, value)
    } else if (value instanceof PythonValue) {
      if (value instanceof OpaqueValue)
        throw new Refusal(`it is a Python object of class ${value.pythonType}, known by name only`, value)
      writePythonValue(this, value)
    } else if (isDictLike(value)) {
      this.#dict(value, depth)
    } else {
      throw new Refusal(`it is ${kindOf(value)}`, value)
    }
  }

  #tuple(tuple: readonly unknown[], depth: number): void {
    const op = tuple.length > 3 ? 0x74 : (tupleOps[tuple.length] ?? 0x74)
    if (op === 0x74) this.sink.u8(0x28) // MARK
    for (const item of tuple) this.write(item, depth)
    this.sink.u8(op)
  }

  #dict(record: Record<string, unknown>, depth: number): void {
    const keys = Object.keys(record)
    this.sink.u8(0x7d) // EMPTY_DICT
    if (keys.length === 0) return
    this.sink.u8(0x28) // MARK
    for (const key of keys) {
      this.text(key)
      this.write(record[key], depth)
    }
    this.sink.u8(0x75) // SETITEMS
  }

  #map(map: ReadonlyMap<unknown, unknown>, depth: number): void {
    for (const key of map.keys()) requireHashable(key)
    if (map instanceof OrderedDict) {
      const pairs = Array.from(map, (pair) => Tuple.wrap(pair))
      this.call('collections', 'OrderedDict', 1, () => this.list(pairs, depth))
      return
    }
    this.sink.u8(0x7d) // EMPTY_DICT
    if (map.size === 0) return
    this.sink.u8(0x28) // MARK
    for (const [key, item] of map) {
      this.write(key, depth)
      this.write(item, depth)
    }
    this.sink.u8(0x75) // SETITEMS
  }

  #long(value: bigint): void {
    const hex = (value < 0n ? -value - 1n : value).toString(16)
    // One bit more than the magnitude, for the sign.
    const length = Math.floor((hex.length * 4 - Math.clz32(Number.parseInt(hex.charAt(0), 16)) + 28) / 8) + 1
    const bytes = Buffer.from(
      BigInt.asUintN(length * 8, value)
        .toString(16)
        .padStart(length * 2, '0'),
      'hex',
    ).reverse()
    if (length < 256) {
      this.sink.op8(0x8a, length) // LONG1
      this.sink.ascii(bytes.toString('latin1'))
    } else {
      this.sink.opBytes(0x8b, bytes) // LONG4
    }
  }
}

/** EMPTY_TUPLE, TUPLE1, TUPLE2, TUPLE3 */
const tupleOps = [0x29, 0x85, 0x86, 0x87] as const

/** Python refuses lists, dicts and sets as keys and as items of sets: better said here than in the worker. */
function requireHashable(key: unknown): void {
  if (typeof key !== 'object' || key === null) return
  if (key instanceof Tuple) {
    for (const item of key) requireHashable(item)
  } else if (
    Array.isArray(key) ||
    key instanceof Map ||
    key instanceof ByteArray ||
    (key instanceof Set && !(key instanceof FrozenSet))
  ) {
    throw new Refusal(`${kindOf(key)} cannot be a key of a dict or an item of a set in Python`, key)
  } else if (
    !(key instanceof PythonValue) &&
    !(key instanceof Uint8Array) &&
    !(key instanceof Date) &&
    !(key instanceof Set)
  ) {
    throw new Refusal(`${kindOf(key)} cannot be a key of a dict or an item of a set in Python`, key)
  }
}
