import type * as zod from 'zod'
import { requirePackage } from '../../src/require.js'
import { type DaemonEvent, type EventType, eventGroups, eventTypes } from '../events/event.js'
import type { Method } from './method.js'

const { z } = requirePackage('zod') as typeof zod

/** What a caller says of itself. */
export interface SaysOfItself {
  readonly client: string
  readonly user: string | null
  readonly pid: number | null
}

/** What `hello` answers. */
export interface Greeting {
  readonly name: string
  readonly version: string
  readonly readOnly: boolean
}

const names = [...(Object.keys(eventTypes) as EventType[]), ...eventGroups]

const filter = {
  types: z
    .array(z.enum(names))
    .default([])
    .describe('Kinds of events, by name or by group, as in `job`; every kind if left out or empty'),
  queues: z
    .array(z.string().min(1))
    .default([])
    .describe('Only events about these queues; all events, also those about no queue, if left out or empty'),
}

/** What EVENT carries. */
export const daemonEvent: zod.ZodType<DaemonEvent> = z.looseObject({
  seq: z.int().nonnegative().describe('Number of the event since the daemon started; it never goes back'),
  time: z.string().describe('ISO time'),
  type: z.string().describe('What has happened'),
  tenant: z.string().optional().describe('Whom it is about, on a daemon with tenants'),
  missed: z.int().positive().optional().describe('Events before this one that were dropped: the reader was too slow'),
})

const says = z.string().min(1).max(100)

const greeting: zod.ZodType<Greeting> = z.looseObject({
  name: z.string().describe('Of the daemon'),
  version: z.string(),
  readOnly: z.boolean().describe('Whether methods that change something are refused on this socket'),
})

const subscribed: zod.ZodType<{ seq: number }> = z.looseObject({
  seq: z.int().nonnegative().describe('Number of the last event so far: those that come have higher ones'),
})

const unsubscribed: zod.ZodType<{ subscribed: boolean }> = z.looseObject({
  subscribed: z.boolean().describe('Whether it was subscribed until now'),
})

const recent: zod.ZodType<{ events: DaemonEvent[] }> = z.looseObject({ events: z.array(daemonEvent) })

/** Methods about the connection itself, and what it is told unasked. */
export const sessionMethods = {
  hello: define({
    summary: 'Say who calls, for the log lines about changes. Optional; nobody checks it.',
    changes: false,
    params: z.strictObject({
      client: says.describe('Name and version of the program'),
      user: says.nullable().default(null).describe('Name of whoever runs it'),
      pid: z.int().nonnegative().nullable().default(null).describe('Its process'),
    }),
    result: greeting,
  }),
  subscribe: define({
    summary:
      'Send events to this connection as notifications, from now on, instead of those it was subscribed to before.',
    changes: false,
    params: z.strictObject(filter),
    result: subscribed,
  }),
  unsubscribe: define({
    summary: 'Send no more events to this connection.',
    changes: false,
    params: z.strictObject({}),
    result: unsubscribed,
  }),
  events: define({
    summary: 'The last 100 events, oldest first. Jobs that start or end well are left out: only subscribers see them.',
    changes: false,
    params: z.strictObject(filter),
    result: recent,
  }),
} as const

function define<P extends zod.ZodObject, R extends zod.ZodType>(method: Method<P, R>): Method<P, R> {
  return method
}
