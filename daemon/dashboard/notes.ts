/** Something to be said on the next page that a visitor sees. */
export interface Note {
  readonly kind: 'done' | 'refused'
  readonly text: string
}

/** Visitors for whom something is kept. */
const MOST_VISITORS = 1_000
const MOST_NOTES = 5

/** What became of an action is told on the page after it, once. */
export class Notes {
  readonly #byVisitor = new Map<string, Note[]>()

  add(visitorId: string, note: Note): void {
    const notes = this.#byVisitor.get(visitorId) ?? []
    this.#byVisitor.delete(visitorId)
    this.#byVisitor.set(visitorId, [...notes, note].slice(-MOST_NOTES))
    const [oldest] = this.#byVisitor.keys()
    if (this.#byVisitor.size > MOST_VISITORS && oldest !== undefined) this.#byVisitor.delete(oldest)
  }

  take(visitorId: string): readonly Note[] {
    const notes = this.#byVisitor.get(visitorId) ?? []
    this.#byVisitor.delete(visitorId)
    return notes
  }
}
