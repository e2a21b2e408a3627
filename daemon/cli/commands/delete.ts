import type { Command } from 'commander'
import type { Run } from '../context.js'
import { actOnJobs } from '../many-jobs.js'
import { formatCount } from '../output.js'

export function addDelete(program: Command, run: Run): void {
  program
    .command('delete')
    .summary('remove jobs with their results')
    .description(
      'Remove jobs from Redis with their results and all that hangs on them, whatever their status. One that runs goes ' +
        'on, and what it makes is dropped. Jobs that wait for them go on waiting, for ever, unless they go too. Exit ' +
        'code 1 if any does not exist.',
    )
    .argument('<job...>', 'ids of jobs')
    .option('--delete-dependents', 'remove the jobs that wait for them, too')
    .action(
      actOnJobs(run, {
        words: { verb: 'deleting', participle: 'deleted' },
        list: 'deleted',
        call: async (data, ids, command) => {
          const deleteDependents = command.opts<{ deleteDependents?: true }>().deleteDependents === true
          const { deleted, count, failures } = await data.call('delete', { ids, deleteDependents })
          return { done: deleted, failures, count }
        },
        describe: (count) => `Deleted ${formatCount(count, 'job')}.`,
      }),
    )
}
