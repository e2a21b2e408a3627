/** Values as Python's `repr` prints them, for job descriptions. */
import { floatText, isInt } from './float-text.js'
import {
  ByteArray,
  Complex,
  DateOnly,
  DateTime,
  Decimal,
  FixedOffset,
  FrozenSet,
  OrderedDict,
  PathValue,
  PythonValue,
  TimeDelta,
  TimeOfDay,
  Tuple,
  Uuid,
  type WallClock,
  type Zone,
  ZoneInfo,
} from './python-values.js'
import { utcWallOf } from './python-dates.js'

/** Not printable for Python: control, format, surrogate, private and unassigned characters, separators but the blank. */
const unprintable = /(?! )[\p{C}\p{Z}]/u
/** ASCII that stands for itself between either quotes, but for `"`. */
const plain = /^[ -&(-[\]-~]*$/

/** Text as Python's `repr` prints the value; when it gets longer than `enough` characters the rest may be missing. */
export function pythonRepr(value: unknown, enough = Infinity): string {
  return new ReprWriter(enough).of(value)
}

class ReprWriter {
  #left: number
  #depth = 0

  constructor(enough: number) {
    this.#left = enough
  }

  of(value: unknown): string {
    if (this.#left < 0 || this.#depth > 100) return '...'
    this.#depth++
    const text = this.#text(value)
    this.#depth--
    return text
  }

  #text(value: unknown): string {
    switch (typeof value) {
      case 'string':
        return this.#spend(textRepr(value, this.#left))
      case 'number':
        return this.#spend(isInt(value) ? String(value) : floatRepr(value))
      case 'boolean':
        return this.#spend(value ? 'True' : 'False')
      case 'bigint':
        return this.#spend(value.toString())
      case 'object':
        return value === null ? this.#spend('None') : this.#compound(value)
      case 'undefined':
        return this.#spend('None')
      case 'function':
      case 'symbol':
        return this.#spend(`<${typeof value}>`)
    }
  }

  #compound(value: object): string {
    if (Array.isArray(value)) {
      if (!(value instanceof Tuple)) return this.#row('[', value, ']')
      return value.length === 1 ? this.#row('(', value, ',)') : this.#row('(', value, ')')
    }
    if (value instanceof Map) {
      return value instanceof OrderedDict
        ? this.#row(
            'OrderedDict([',
            Array.from(value, (pair) => Tuple.wrap(pair)),
            '])',
          )
        : this.#dict(value)
    }
    if (value instanceof Set) {
      const name = value instanceof FrozenSet ? 'frozenset' : 'set'
      if (value.size === 0) return this.#spend(`${name}()`)
      return value instanceof FrozenSet ? this.#row('frozenset({', value, '})') : this.#row('{', value, '}')
    }
    if (value instanceof Uint8Array) {
      const text = bytesRepr(value, this.#left)
      return this.#spend(value instanceof ByteArray ? `bytearray(${text})` : text)
    }
    if (value instanceof Date) return this.#spend(dateRepr(value))
    if (value instanceof PythonValue) return this.#spend(valueRepr(value))
    return this.#dict(Object.entries(value))
  }

  #row(open: string, items: Iterable<unknown>, close: string): string {
    let out = open
    this.#spend(open)
    for (const item of items) {
      if (this.#left < 0) break
      if (out !== open) out += this.#spend(', ')
      out += this.of(item)
    }
    return out + this.#spend(close)
  }

  #dict(entries: Iterable<readonly [unknown, unknown]>): string {
    let out = this.#spend('{')
    for (const [key, item] of entries) {
      if (this.#left < 0) break
      if (out !== '{') out += this.#spend(', ')
      out += `${this.of(key)}${this.#spend(': ')}${this.of(item)}`
    }
    return out + this.#spend('}')
  }

  #spend(text: string): string {
    this.#left -= text.length
    return text
  }
}

function textRepr(text: string, enough: number): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const start = text.length > enough * 2 + 2 ? text.slice(0, enough * 2 + 2) : text
  // The quotes are `"` only where the text has none.
  if (plain.test(start)) return `${quote}${start}${quote}`
  let out = quote
  for (const character of text) {
    if (character === quote || character === '\\') out += `\\${character}`
    else if (unprintable.test(character)) out += escaped(character)
    else out += character
    // Twice as far, since the limit may count characters beyond the basic plane as one.
    if (out.length > enough * 2 + 2) break
  }
  return out + quote
}

function escaped(character: string): string {
  const named = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character]
  if (named !== undefined) return named
  const hex = (character.codePointAt(0) ?? 0).toString(16)
  if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}

function bytesRepr(bytes: Uint8Array, enough: number): string {
  const quote = bytes.includes(0x27) && !bytes.includes(0x22) ? '"' : "'"
  let out = `b${quote}`
  for (const byte of bytes) {
    const character = String.fromCharCode(byte)
    if (character === quote || character === '\\') out += `\\${character}`
    else if (byte < 0x20 || byte > 0x7e) out += escaped(character)
    else out += character
    if (out.length > enough + 2) break
  }
  return out + quote
}

function floatRepr(n: number): string {
  if (Number.isFinite(n)) return floatText(n)
  return Number.isNaN(n) ? 'nan' : n > 0 ? 'inf' : '-inf'
}

function dateRepr(date: Date): string {
  if (Number.isNaN(date.getTime())) return '<invalid Date>'
  if (!(date instanceof DateTime) || !date.isAsRead) return dateTimeRepr(utcWallOf(date), FixedOffset.utc, 0)
  return dateTimeRepr(date.wall, date.zone, date.fold)
}

function dateTimeRepr(wall: WallClock, zone: Zone, fold: 0 | 1): string {
  const { year, month, day, hour, minute } = wall
  return `datetime.datetime(${[year, month, day, hour, minute, ...tail(wall)].join(', ')}${zoneAndFold(zone, fold)})`
}

function tail({ second, microsecond }: Pick<WallClock, 'second' | 'microsecond'>): number[] {
  if (microsecond !== 0) return [second, microsecond]
  return second === 0 ? [] : [second]
}

function zoneAndFold(zone: Zone, fold: 0 | 1): string {
  return `${fold === 1 ? ', fold=1' : ''}${zone === null ? '' : `, tzinfo=${valueRepr(zone)}`}`
}

function valueRepr(value: PythonValue): string {
  if (value instanceof DateOnly) return `datetime.date(${value.year}, ${value.month}, ${value.day})`
  if (value instanceof TimeOfDay) {
    return `datetime.time(${[value.hour, value.minute, ...tail(value)].join(', ')}${zoneAndFold(value.zone, 0)}${value.fold === 1 ? ', fold=1' : ''})`
  }
  if (value instanceof TimeDelta) {
    const parts = [
      ['days', value.days] as const,
      ['seconds', value.seconds] as const,
      ['microseconds', value.microseconds] as const,
    ]
    const text = parts.filter(([, n]) => n !== 0).map(([name, n]) => `${name}=${n}`)
    return `datetime.timedelta(${text.length === 0 ? '0' : text.join(', ')})`
  }
  if (value instanceof FixedOffset) {
    if (value.zoneName === undefined)
      return value.microseconds === 0 ? 'datetime.timezone.utc' : `datetime.timezone(${offsetRepr(value)})`
    return `datetime.timezone(${offsetRepr(value)}, ${textRepr(value.zoneName, 100)})`
  }
  if (value instanceof ZoneInfo) return `zoneinfo.ZoneInfo(key=${textRepr(value.key, 100)})`
  if (value instanceof Uuid) return `UUID('${value.text}')`
  if (value instanceof Decimal) return `Decimal('${value.text}')`
  if (value instanceof Complex) return complexRepr(value)
  if (value instanceof PathValue) return `${value.pathClass}(${textRepr(value.path, 1000)})`
  return value.toString()
}

function offsetRepr(offset: FixedOffset): string {
  return valueRepr(new TimeDelta(0, 0, offset.microseconds))
}

function complexRepr({ real, imaginary }: Complex): string {
  const part = (n: number): string => floatRepr(n).replace(/\.0$/, '')
  const text = `${part(imaginary)}j`
  if (Object.is(real, 0)) return text
  return `(${part(real)}${text.startsWith('-') ? '' : '+'}${text})`
}
