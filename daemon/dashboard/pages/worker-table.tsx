import type { VNode } from 'preact'
import type { WorkerDocument } from '../../data/worker-row.js'
import { printable } from '../../printable.js'
import { ActionButton } from '../view/form.js'
import { Ago, Badge, Count, JobText, Span } from '../view/text.js'
import type { PageContext } from './page.js'
import type { WorkerGroup } from './worker-groups.js'
import { Rows, numbers, unseen } from '../view/rows.js'

interface TableProps {
  readonly context: PageContext
  readonly group: WorkerGroup
  readonly back: string
}

/** The workers of a group, with what each does. */
export function WorkerTable({ context, group, back }: TableProps): VNode {
  return (
    <Rows
      label={`Workers of ${printable(group.name)}`}
      heads={[
        'Worker',
        'state',
        'job',
        'queues',
        numbers('done'),
        numbers('failed'),
        numbers('worked'),
        'last sign',
        'since',
        'version',
        unseen('Actions'),
      ]}
    >
      {group.workers.map((worker) => (
        <WorkerLine context={context} worker={worker} isRq={group.kind === 'rq'} back={back} />
      ))}
    </Rows>
  )
}

function WorkerLine(props: {
  readonly context: PageContext
  readonly worker: WorkerDocument
  readonly isRq: boolean
  readonly back: string
}): VNode {
  const { context, worker, isRq, back } = props
  const { name, currentJobId, queues, pid } = worker
  const { links, nowMs } = context
  return (
    <tr>
      <th scope="row">
        <JobText text={name} most={60} />
        {pid === null ? null : <small class="none"> pid {pid}</small>}
      </th>
      <td>
        <Badge state={worker.state} />
      </td>
      <td>
        {currentJobId === null ? (
          <span class="none">–</span>
        ) : (
          <a class="open id" href={links.job(currentJobId)}>
            {printable(currentJobId)}
          </a>
        )}
      </td>
      <td>
        <QueueLinks context={context} queues={queues} />
      </td>
      <td class="number">
        <Count value={worker.successfulJobCount} />
      </td>
      <td class="number">
        <Count value={worker.failedJobCount} />
      </td>
      <td class="number">
        <Span sec={worker.totalWorkingTimeSec} />
      </td>
      <td>
        <Ago iso={worker.lastHeartbeat} nowMs={nowMs} />
      </td>
      <td>
        <Ago iso={worker.birthDate} nowMs={nowMs} />
      </td>
      <td>
        <JobText text={versionOf(worker)} most={40} />
      </td>
      <td class="actions">
        {currentJobId === null ? null : (
          <ActionButton
            {...{ context, back }}
            action="worker-stop-job"
            fields={{ id: currentJobId }}
            label="Stop job"
            about={printable(currentJobId)}
            kind="danger"
          />
        )}
        {isRq ? (
          <ActionButton
            {...{ context, back }}
            action="worker-shutdown"
            fields={{ worker: name }}
            label="Shut down"
            about={`worker ${printable(name)}`}
          />
        ) : null}
      </td>
    </tr>
  )
}

/** Queues shown in a row; the rest is counted. */
const MOST_QUEUES = 6

/** Queues as links to their jobs. */
export function QueueLinks({
  context,
  queues,
}: {
  readonly context: PageContext
  readonly queues: readonly string[]
}): VNode {
  if (queues.length === 0) return <span class="none">–</span>
  return (
    <span title={queues.length > MOST_QUEUES ? queues.map(printable).join(', ').slice(0, 2_000) : undefined}>
      {queues.slice(0, MOST_QUEUES).map((queue, i) => (
        <>
          {i === 0 ? '' : ', '}
          <a href={context.links.jobs(queue)}>{printable(queue)}</a>
        </>
      ))}
      {queues.length > MOST_QUEUES ? ` and ${queues.length - MOST_QUEUES} more` : null}
    </span>
  )
}

/** Ours say it in words; RQ's tell their own version and that of Python. */
function versionOf({ version, software, supervisor }: WorkerDocument): string | null {
  if (supervisor !== null) return software
  if (version === null) return software
  return software === null ? `RQ ${version}` : `RQ ${version}, Python ${/^\S+/.exec(software)?.[0] ?? ''}`
}
