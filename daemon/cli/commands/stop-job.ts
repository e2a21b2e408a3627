import type { Command } from 'commander'
import type { Run } from '../context.js'
import { actOnJobs } from '../many-jobs.js'
import { formatCount } from '../output.js'

export function addStopJob(program: Command, run: Run): void {
  program
    .command('stop-job')
    .summary('end running jobs for good')
    .description(
      'End running jobs for good, whichever worker runs them, ours or Python RQ: the worker is told, and the job is ' +
        '"stopped", without a retry. Answers when the workers have been told. Exit code 1 if any could not be.',
    )
    .argument('<job...>', 'ids of running jobs')
    .action(
      actOnJobs(run, {
        words: { verb: 'telling', participle: 'told' },
        list: 'told',
        call: async (data, ids) => {
          const { told, failures } = await data.call('stop-job', { ids })
          return { done: told, failures }
        },
        describe: (count) => `Told the workers of ${formatCount(count, 'job')} to end it.`,
      }),
    )
}
