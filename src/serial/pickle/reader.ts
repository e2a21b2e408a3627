/**
 * Reads pickles of protocol 2 to 5 as plain data (wire-format 10.2). It is our own, not the `pickleparser` package,
 * because it must be bounded in time and memory on hostile bytes and must keep what it does not know as opaque nodes.
 *
 * A pickle is a program for a stack machine; this machine has no instruction that imports, calls or looks up anything
 * outside `globals.ts`. Opcodes are given as bytes, with Python's name beside, so that the switch compiles to a table.
 */
import { PayloadError, RqdError } from '../../errors.js'
import { setKey } from '../dict.js'
import { maxContainers, maxValues } from '../limits.js'
import { ByteArray, FrozenSet, OpaqueValue, OrderedDict, Tuple } from '../python-values.js'
import { Budget } from './budget.js'
import { Cursor } from './cursor.js'
import { buildState, callGlobal } from './globals.js'
import { checkNesting, replaceDicts } from './shape.js'

/** The value of a pickle, and whether any Python object in it is known by name only. */
export interface PickleContent {
  readonly value: unknown
  readonly hasOpaque: boolean
}

type Dict = Record<string, unknown>

/**
 * Read one pickle; bytes after its STOP are ignored, as Python does.
 * @throws PayloadError for bytes that are no sound pickle, UnrepresentableError for values out of range
 */
export function readPickle(bytes: Uint8Array): PickleContent {
  try {
    return new PickleMachine(bytes).run()
  } catch (cause) {
    if (cause instanceof RqdError) throw cause
    throw new PayloadError(`bad pickle: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

class PickleMachine {
  readonly #in: Cursor
  readonly #budget: Budget
  readonly #stack: unknown[] = []
  readonly #marks: number[] = []
  readonly #memo: unknown[] = []
  #memoized = 0
  #containers = 0
  #hasOpaque = false
  /** Dicts that met a key which is no text, and the Maps that take their place. */
  readonly #maps = new Map<unknown, Map<unknown, unknown>>()

  constructor(bytes: Uint8Array) {
    this.#in = new Cursor(bytes)
    this.#budget = new Budget(this.#in.length)
  }

  run(): PickleContent {
    const input = this.#in
    for (let steps = 0; steps < maxValues * 2; steps++) {
      const op = input.u8()
      switch (op) {
        case 0x80: {
          // PROTO
          const protocol = input.u8()
          if (protocol > 5) throw new PayloadError(`bad pickle: protocol ${protocol}, known are those up to 5`)
          break
        }
        case 0x95: // FRAME
          input.checkLeft(input.u64())
          break
        case 0x2e: // STOP
          return this.#result()
        case 0x28: // MARK
          this.#marks.push(this.#stack.length)
          break
        case 0x30: // POP
          this.#popAny()
          break
        case 0x31: // POP_MARK
          this.#popToMark()
          break
        case 0x32: // DUP
          this.#stack.push(this.#top())
          break
        case 0x4e: // NONE
          this.#stack.push(null)
          break
        case 0x88: // NEWTRUE
          this.#stack.push(true)
          break
        case 0x89: // NEWFALSE
          this.#stack.push(false)
          break
        case 0x4b: // BININT1
          this.#stack.push(input.u8())
          break
        case 0x4d: // BININT2
          this.#stack.push(input.u16())
          break
        case 0x4a: // BININT
          this.#stack.push(input.i32())
          break
        case 0x8a: // LONG1
          this.#stack.push(input.long(input.u8()))
          break
        case 0x8b: // LONG4
          this.#stack.push(input.long(input.i32()))
          break
        case 0x47: // BINFLOAT
          this.#stack.push(input.f64())
          break
        case 0x8c: // SHORT_BINUNICODE
        case 0x55: // SHORT_BINSTRING (Python 2)
          this.#stack.push(input.text(input.u8()))
          break
        case 0x58: // BINUNICODE
          this.#stack.push(input.text(input.u32()))
          break
        case 0x54: // BINSTRING (Python 2)
          this.#stack.push(input.text(input.i32()))
          break
        case 0x8d: // BINUNICODE8
          this.#stack.push(input.text(input.u64()))
          break
        case 0x43: // SHORT_BINBYTES
          this.#stack.push(input.copy(input.u8()))
          break
        case 0x42: // BINBYTES
          this.#stack.push(input.copy(input.u32()))
          break
        case 0x8e: // BINBYTES8
          this.#stack.push(input.copy(input.u64()))
          break
        case 0x96: // BYTEARRAY8
          this.#stack.push(ByteArray.wrap(input.copy(input.u64())))
          break
        case 0x5d: // EMPTY_LIST
          this.#make([])
          break
        case 0x29: // EMPTY_TUPLE
          this.#make(new Tuple())
          break
        case 0x7d: // EMPTY_DICT
          this.#make({})
          break
        case 0x8f: // EMPTY_SET
          this.#make(new Set())
          break
        case 0x85: // TUPLE1
          this.#tuple(1)
          break
        case 0x86: // TUPLE2
          this.#tuple(2)
          break
        case 0x87: // TUPLE3
          this.#tuple(3)
          break
        case 0x74: // TUPLE
          this.#make(Tuple.wrap(this.#popToMark()))
          break
        case 0x91: // FROZENSET
          this.#make(new FrozenSet(this.#popToMark()))
          break
        case 0x61: // APPEND
          this.#append([this.#pop()])
          break
        case 0x65: // APPENDS
          this.#append(this.#popToMark())
          break
        case 0x90: // ADDITEMS
          this.#add(this.#popToMark())
          break
        case 0x73: {
          // SETITEM
          const value = this.#pop()
          this.#setItems([this.#pop(), value])
          break
        }
        case 0x75: // SETITEMS
          this.#setItems(this.#popToMark())
          break
        case 0x94: // MEMOIZE
          this.#remember(this.#memoized)
          break
        case 0x71: // BINPUT
          this.#remember(input.u8())
          break
        case 0x72: // LONG_BINPUT
          this.#remember(input.u32())
          break
        case 0x68: // BINGET
          this.#recall(input.u8())
          break
        case 0x6a: // LONG_BINGET
          this.#recall(input.u32())
          break
        case 0x93: {
          // STACK_GLOBAL
          const name = this.#pop()
          this.#global(this.#pop(), name)
          break
        }
        case 0x63: {
          // GLOBAL
          const module = input.line()
          this.#global(module, input.line())
          break
        }
        case 0x52: // REDUCE
        case 0x81: {
          // NEWOBJ
          const args = this.#pop()
          this.#call(this.#pop(), args)
          break
        }
        case 0x92: {
          // NEWOBJ_EX
          const kwargs = this.#pop()
          const args = this.#pop()
          this.#call(this.#pop(), args, kwargs)
          break
        }
        case 0x62: {
          // BUILD
          const state = this.#pop()
          buildState(this.#top(), state)
          break
        }
        default:
          throw new PayloadError(
            `bad pickle: opcode 0x${op.toString(16)} at byte ${input.at - 1} is not one of plain data`,
          )
      }
    }
    throw new PayloadError(`bad pickle: more than ${maxValues * 2} steps`)
  }

  #result(): PickleContent {
    let value = this.#pop()
    if (this.#maps.size > 0) value = replaceDicts(value, this.#maps)
    if (this.#containers > 0) checkNesting(value, this.#containers)
    return { value, hasOpaque: this.#hasOpaque }
  }

  #top(): unknown {
    const { length } = this.#stack
    if (length <= (this.#marks.at(-1) ?? 0))
      throw new PayloadError(`bad pickle: nothing on the stack before byte ${this.#in.at}`)
    return this.#stack[length - 1]
  }

  #pop(): unknown {
    const top = this.#top()
    this.#stack.length--
    return top
  }

  /** POP alone may also take away a mark. */
  #popAny(): void {
    if (this.#marks.at(-1) === this.#stack.length) this.#marks.pop()
    else this.#pop()
  }

  #popToMark(): unknown[] {
    const mark = this.#marks.pop()
    if (mark === undefined) throw new PayloadError(`bad pickle: no mark on the stack before byte ${this.#in.at}`)
    return this.#stack.splice(mark)
  }

  #make(container: object): void {
    if (++this.#containers > maxContainers)
      throw new PayloadError(`bad pickle: more than ${maxContainers} lists, dicts and objects`)
    this.#stack.push(container)
  }

  #tuple(length: 1 | 2 | 3): void {
    const start = this.#stack.length - length
    if (start < (this.#marks.at(-1) ?? 0)) throw this.#misused('make a tuple of')
    const tuple = new Tuple()
    for (let i = start; i < start + length; i++) tuple.push(this.#stack[i])
    this.#stack.length = start
    this.#make(tuple)
  }

  #append(items: readonly unknown[]): void {
    const target = this.#top()
    if (target instanceof OpaqueValue) pushAll(target.items, items)
    else if (Array.isArray(target) && !(target instanceof Tuple)) pushAll(target, items)
    else throw this.#misused('append to')
  }

  #add(items: readonly unknown[]): void {
    const target = this.#top()
    if (target instanceof OpaqueValue) pushAll(target.items, items)
    else if (target instanceof Set) for (const item of items) target.add(this.#budget.key(item))
    else throw this.#misused('add to')
  }

  #setItems(items: readonly unknown[]): void {
    if (items.length % 2 === 1) throw new PayloadError(`bad pickle: a key without value before byte ${this.#in.at}`)
    const target = this.#top()
    let map: Map<unknown, unknown> | undefined = target instanceof OrderedDict ? target : this.#maps.get(target)
    const isDict = typeof target === 'object' && target !== null && Object.getPrototypeOf(target) === Object.prototype
    for (let i = 0; i < items.length; i += 2) {
      const [key, value] = [items[i], items[i + 1]]
      if (target instanceof OpaqueValue) {
        target.items.push([key, value])
        continue
      }
      if (map === undefined) {
        if (!isDict) throw this.#misused('set an item of')
        if (typeof key === 'string') {
          setKey(target as Dict, key, value)
          continue
        }
        map = new Map<unknown, unknown>(Object.entries(target))
        this.#maps.set(target, map)
      }
      map.set(this.#budget.key(key), value)
    }
  }

  #remember(index: number): void {
    if (index > maxValues) throw new PayloadError(`bad pickle: memo number ${index} before byte ${this.#in.at}`)
    if (this.#memo[index] === undefined) this.#memoized++
    this.#memo[index] = this.#top()
  }

  #recall(index: number): void {
    const value = this.#memo[index]
    if (value === undefined)
      throw new PayloadError(`bad pickle: memo number ${index} before byte ${this.#in.at} was never set`)
    this.#stack.push(value)
  }

  #global(module: unknown, name: unknown): void {
    if (typeof module !== 'string' || typeof name !== 'string' || module.length + name.length > 1000) {
      throw new PayloadError(`bad pickle: a class or function without proper name before byte ${this.#in.at}`)
    }
    this.#make(new OpaqueValue(module, name, 'global'))
    this.#hasOpaque = true
  }

  #call(callee: unknown, args: unknown, kwargs?: unknown): void {
    if (!(callee instanceof OpaqueValue) || !Array.isArray(args)) throw this.#misused('call')
    this.#make(callGlobal(callee, args as unknown[], kwargs, this.#budget))
  }

  #misused(verb: string): PayloadError {
    return new PayloadError(`bad pickle: tries to ${verb} something unfit before byte ${this.#in.at}`)
  }
}

function pushAll(target: unknown[], items: readonly unknown[]): void {
  for (const item of items) target.push(item)
}
