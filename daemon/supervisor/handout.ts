import type { Claim } from '../../src/redis/store.js'
import type { JobBoard } from './job-board.js'
import type { Executors } from './executors.js'

export interface HandoutOptions {
  board: Pick<
    JobBoard,
    'anyJobMs' | 'waiting' | 'claimSize' | 'accept' | 'returned' | 'dispatch' | 'handBackWaiting' | 'handBackAll'
  >
  pool: Pick<Executors, 'capacity' | 'isMoving' | 'takeBack'>
  /** False for a queue from which nothing may be begun now: paused, drained, stopped. */
  isOpen: (queue: string) => boolean
  /** Jobs may have found their executors, or lost them: look whether more can be claimed. */
  onRoom: () => void
}

/** Brings jobs that wait here to executors with room for them, and back when they may not be begun any more. */
export class Handout {
  readonly #options: HandoutOptions
  #looking = false
  #takingBack = 0
  #givingUp = false

  constructor(options: HandoutOptions) {
    this.#options = options
  }

  /** How many jobs should be claimed now, beside so many that are on their way here. */
  capacity(coming: number): number {
    const { board, pool } = this.#options
    return board.claimSize(pool.capacity(board.anyJobMs, coming) - coming)
  }

  /** Claimed jobs have come. */
  accept(claims: readonly Claim[], supervisorId: string): void {
    this.#options.board.accept(claims, supervisorId)
    // A pause or a drain that came while the claim was on its way holds for these jobs too.
    if (this.#takingBack === 0) this.#handOut()
  }

  /** Executors gave these jobs back: they are jobs that wait here. */
  returned(executions: readonly string[]): void {
    this.#options.board.returned(executions)
    this.look()
  }

  /** There may be room for more: look once for all that this turn of the event loop brings. */
  look(): void {
    if (this.#looking) return
    this.#looking = true
    setImmediate(() => {
      this.#looking = false
      // While jobs come back from several executors they wait for each other, to keep their order.
      if (this.#takingBack > 0) return
      this.#handOut()
      this.#options.onRoom()
    })
  }

  /** Take back what executors have not begun: what may not be begun any more goes back to its queue. */
  async takeBack(): Promise<void> {
    this.#takingBack += 1
    await this.#options.pool.takeBack()
    this.#takingBack -= 1
    this.handBackClosed()
    this.look()
  }

  /** Return waiting jobs that may not be begun to the front of their queues. */
  handBackClosed(): void {
    const { board, isOpen } = this.#options
    board.handBackWaiting((queue) => !isOpen(queue))
  }

  #handOut(): void {
    const { board, pool } = this.#options
    this.handBackClosed()
    board.dispatch()
    if (board.waiting > 0 && !pool.isMoving && !this.#givingUp) void this.#giveUp()
  }

  /**
   * No executor will have room soon: others may have what waits here. What executors hold ahead goes along, so that
   * all returns to the front of its queue in one piece, in its order.
   */
  async #giveUp(): Promise<void> {
    const { board, pool } = this.#options
    this.#givingUp = true
    await pool.takeBack()
    this.#givingUp = false
    this.handBackClosed()
    board.dispatch()
    if (!pool.isMoving) board.handBackAll()
    this.look()
  }
}
