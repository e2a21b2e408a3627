/** Why an action is not allowed, and what to do instead. */
import { InvalidJobOperationError } from './errors.js'

export function refusedCancel(jobId: string): InvalidJobOperationError {
  return refused(jobId, 'canceled', 'its status is canceled already: there is nothing to do')
}

export function refusedRequeue(jobId: string, status: string | undefined): InvalidJobOperationError {
  const next =
    status === 'queued'
      ? 'it waits on its queue already'
      : status === 'started'
        ? 'it runs: stop it first'
        : 'enqueue its function anew to run it again'
  return refused(jobId, 'requeued', `${found(status)}; expected a failed or stopped job: ${next}`)
}

export function refusedStop(jobId: string, status: string): InvalidJobOperationError {
  const next =
    status === 'started'
      ? 'it does not say which worker runs it: wait until it has ended, or is taken over'
      : waiting.has(status)
        ? 'cancel() keeps it from being run'
        : 'there is nothing to end'
  return refused(jobId, 'stopped', `${found(status)}; expected a started job and its worker: ${next}`)
}

export function unheardStop(jobId: string, worker: string): InvalidJobOperationError {
  const text = `its worker ${JSON.stringify(worker)} does not listen: it has died, and the job will be taken over soon; look at its status again then`
  return refused(jobId, 'stopped', text)
}

const waiting = new Set(['queued', 'deferred', 'scheduled', 'created', 'rate_limited', 'ready_to_enqueue'])

function refused(jobId: string, action: string, why: string): InvalidJobOperationError {
  return new InvalidJobOperationError(`job ${JSON.stringify(jobId)} cannot be ${action}: ${why}`)
}

function found(status: string | undefined): string {
  return status === undefined || status === '' ? 'it has no status' : `its status is ${status}`
}
