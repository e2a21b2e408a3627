import type { Command } from 'commander'
import type { ReloadReply } from '../../control/operations.js'
import type { Run } from '../context.js'
import { answerTimeoutOption, daemonOption, everywhereOption } from '../fleet-options.js'
import { formatAge, formatCount, printable } from '../output.js'
import { rollOut } from '../roll-out.js'
import { describeEnding } from '../rollout-progress.js'

export function addReload(program: Command, run: Run): void {
  program
    .command('reload')
    .summary('take up new configuration and code')
    .description(
      'Read the configuration again, start an executor with it that loads all task modules, and if that works, replace ' +
        'all executors, one by one. Else the reload is refused and all stays as it was. No job is interrupted; old ' +
        'executors end after their jobs. Exit code 0: reloaded; 1: refused, for the reason on stderr.',
    )
    .addOption(everywhereOption())
    .addOption(daemonOption())
    .addOption(answerTimeoutOption())
    .option('--wait', 'answer only when the old executors have ended their jobs')
    .action(run(rollOut('reload', describeReloaded)))
}

function describeReloaded(reply: ReloadReply): string {
  const { executors, elapsedSec, changed, needRestart } = reply
  return [
    `Reloaded after ${formatAge(elapsedSec)}: ${formatCount(executors, 'new executor')}.\n`,
    changed.length === 0 ? '' : `Changed: ${changed.map(printable).join(', ')}\n`,
    needRestart.length === 0 ? '' : `Changed, but only after a restart: ${needRestart.map(printable).join(', ')}\n`,
    describeEnding(reply),
  ].join('')
}
