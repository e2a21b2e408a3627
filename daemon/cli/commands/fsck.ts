import type { Command } from 'commander'
import { runFsck, waitMsOf, type FsckHands } from '../../../src/fsck/fsck.js'
import type { FsckReport } from '../../../src/fsck/report.js'
import type { DataCaller } from '../../data/caller.js'
import type { Context, Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { startFsckBar } from '../fsck-bar.js'
import { describeFsck } from '../fsck-layout.js'

export function addFsck(program: Command, run: Run): void {
  program
    .command('fsck')
    .summary('look for what is wrong in the data, and repair it')
    .description(
      'Look for what is wrong in the data of RQ and rqd: jobs in no place, entries for nothing, keys that never ' +
        'expire, dead workers; and say what takes how much memory. It goes in small steps beside running workers, and ' +
        'changes nothing without --repair. Asks the daemon, or Redis itself where none runs or --url or --prefix is ' +
        'given. Exit code 1 if anything is left that is wrong.',
    )
    .option('--repair', 'repair what is proved')
    .option('--wait <span>', 'time between two looks at what may be in motion (default: 30s)')
    .option('--all', 'list all findings, and all of the memory')
    .action(
      run(async (context, command) => {
        const { repair, wait, all } = command.opts<{ repair?: true; wait?: string; all?: true }>()
        const waitMs = waitMsOf(wait)
        const bar = startFsckBar(context)
        try {
          const report = await context.withData((data) =>
            runFsck(handsOf(data), {
              repair: repair === true,
              waitMs,
              onProgress: (progress) => bar?.show(progress),
              ...(context.io.signal === undefined ? {} : { signal: context.io.signal }),
            }),
          )
          bar?.stop()
          return answer(context, report, all === true)
        } finally {
          bar?.stop()
        }
      }),
    )
}

function answer(context: Context, report: FsckReport, all: boolean): number {
  context.answer(report, () => describeFsck(report, all, context))
  const left = report.findings.filter(({ outcome }) => outcome !== 'repaired')
  return left.length === 0 ? exitCodes.ok : exitCodes.failed
}

function handsOf(data: DataCaller): FsckHands {
  return {
    step: (stretch) => data.call('fsck.step', stretch),
    look: async (suspects) => (await data.call('fsck.look', { suspects: [...suspects] })).opinions,
    repair: async (suspects, waitMs) => (await data.call('fsck.repair', { suspects: [...suspects], waitMs })).opinions,
  }
}
