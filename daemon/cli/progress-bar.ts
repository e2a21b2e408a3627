import type * as cliProgress from 'cli-progress'
import { requirePackage } from '../../src/require.js'
import type { Context } from './context.js'

/** From this number on, a bar shows how far work on many things is. */
export const MANY = 400

/** Shows how far it is. */
export interface ProgressBar {
  update(done: number): void
  stop(): void
}

const none: ProgressBar = { update: () => undefined, stop: () => undefined }

/** A bar on stderr, if that is a terminal and there is much to do. `verb`: what is done, such as `requeueing`. */
export function startBar(verb: string, total: number, { io: { stderr } }: Pick<Context, 'io'>): ProgressBar {
  if (total < MANY || stderr.isTTY !== true) return none
  const { SingleBar } = requirePackage('cli-progress') as typeof cliProgress
  const bar = new SingleBar({
    stream: stderr,
    format: `${verb} [{bar}] {value}/{total}  {eta_formatted} left`,
    barsize: 30,
    clearOnComplete: true,
  })
  bar.start(total, 0)
  return {
    update: (done) => bar.update(Math.min(done, total)),
    stop: () => bar.stop(),
  }
}
