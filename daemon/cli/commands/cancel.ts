import type { Command } from 'commander'
import type { Run } from '../context.js'
import { actOnJobs } from '../many-jobs.js'
import { formatCount } from '../output.js'

export function addCancel(program: Command, run: Run): void {
  program
    .command('cancel')
    .summary('keep jobs from being run')
    .description(
      'Take jobs off their queue or registry and file them as canceled: they are not run. One that runs already goes ' +
        'on; "rqctl stop-job" ends it. Exit code 1 if any could not be canceled.',
    )
    .argument('<job...>', 'ids of jobs')
    .option('--enqueue-dependents', 'queue the jobs that wait for them, as though they had finished')
    .action(
      actOnJobs(run, {
        words: { verb: 'canceling', participle: 'canceled' },
        list: 'canceled',
        call: async (data, ids, command) => {
          const enqueueDependents = command.opts<{ enqueueDependents?: true }>().enqueueDependents === true
          const { canceled, failures } = await data.call('cancel', { ids, enqueueDependents })
          return { done: canceled, failures }
        },
        describe: (count) => `Canceled ${formatCount(count, 'job')}.`,
      }),
    )
}
