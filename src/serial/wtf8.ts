/** UTF-8 that also carries lone surrogates, as Python's `surrogatepass` does. */

const loneSurrogate = /\p{Surrogate}/u

/** True if the text has a surrogate without its other half, which plain UTF-8 cannot carry. */
export function hasLoneSurrogate(text: string): boolean {
  return loneSurrogate.test(text)
}

/** Bytes of any text. */
export function encodeWtf8(text: string): Buffer {
  const parts: Buffer[] = []
  let start = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i) ?? 0
    if (code > 0xffff) i++
    if (code < 0xd800 || code > 0xdfff) continue
    parts.push(
      Buffer.from(text.slice(start, i)),
      Buffer.from([0xed, 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)]),
    )
    start = i + 1
  }
  parts.push(Buffer.from(text.slice(start)))
  return Buffer.concat(parts)
}

/** Text of such bytes, or undefined if they are neither UTF-8 nor surrogates. */
export function decodeWtf8(bytes: Buffer): string | undefined {
  const parts: string[] = []
  let start = 0
  for (;;) {
    const at = bytes.indexOf(0xed, start)
    const end = at < 0 ? bytes.length : at
    const whole = decodeStrict(bytes, start, end)
    if (whole === undefined) return undefined
    parts.push(whole)
    if (at < 0) return parts.join('')
    const [second = 0, third = 0] = [bytes[at + 1], bytes[at + 2]]
    if ((second & 0xc0) !== 0x80 || (third & 0xc0) !== 0x80) return undefined
    parts.push(String.fromCharCode(0xd000 | ((second & 0x3f) << 6) | (third & 0x3f)))
    start = at + 3
  }
}

/** Valid UTF-8 without a byte 0xed: a replacement character can only come from itself. */
function decodeStrict(bytes: Buffer, start: number, end: number): string | undefined {
  const text = bytes.toString('utf8', start, end)
  return Buffer.byteLength(text) === end - start && bytes.compare(Buffer.from(text), 0, end - start, start, end) === 0
    ? text
    : undefined
}
