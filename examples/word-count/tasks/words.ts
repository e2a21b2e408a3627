/**
 * What divides words, as in GNU `wc -w`: the C library's white space, and the four blanks without a line break that
 * wc adds. The zero-width U+FEFF is a character like any other.
 */
const separator = /[\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u202f\u205f\u2060\u3000]/

/** What wc passes over as if it were not there: neither part of a word nor the end of one. */
const unprintable = /[\p{Cc}\p{Cn}\u2028\u2029]/u

/** Number of words in a text, counted exactly as `wc -w` does in a UTF-8 locale. */
export function wordsIn(text: string): number {
  let words = 0
  let inWord = false
  for (const character of text) {
    if (separator.test(character)) inWord = false
    else if (!inWord && !unprintable.test(character)) {
      inWord = true
      words += 1
    }
  }
  return words
}

/** The job: fetch a document and count its words. */
export async function countWords(url: string): Promise<number> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url} answered ${response.status} ${response.statusText}`)
  // `response.text()` would drop a byte order mark.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  return wordsIn(decoder.decode(await response.arrayBuffer()))
}
