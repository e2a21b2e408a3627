import type * as cliProgress from 'cli-progress'
import type { FsckProgress } from '../../src/fsck/report.js'
import { requirePackage } from '../../src/require.js'
import type { Context } from './context.js'

const stages: Record<FsckProgress['stage'], string> = {
  keys: 'reading names',
  entries: 'reading lists and registries',
  jobs: 'reading jobs',
  looking: 'looking again',
  waiting: 'waiting to look again',
  repairing: 'repairing',
}
const WIDEST = Math.max(...Object.values(stages).map((name) => name.length))

/** Shows how far a check is. */
export interface FsckBar {
  show(progress: FsckProgress): void
  stop(): void
}

/** A bar on stderr; undefined where that is no terminal. */
export function startFsckBar({ io: { stderr } }: Pick<Context, 'io'>): FsckBar | undefined {
  if (stderr.isTTY !== true) return undefined
  const { SingleBar } = requirePackage('cli-progress') as typeof cliProgress
  const bar = new SingleBar({
    stream: stderr,
    format: '{stage} [{bar}] {percentage}%',
    barsize: 30,
    clearOnComplete: true,
    stopOnComplete: false,
  })
  bar.start(1, 0, { stage: stages.keys.padEnd(WIDEST) })
  return {
    show: ({ stage, done, total }) => {
      bar.setTotal(Math.max(1, total))
      bar.update(Math.min(done, total), { stage: stages[stage].padEnd(WIDEST) })
    },
    stop: () => bar.stop(),
  }
}
