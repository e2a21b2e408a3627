import type * as zod from 'zod'
import { requirePackage } from '../../src/require.js'
import { type Fault, faultCodes, standardFaults } from './faults.js'
import { EVENT } from '../events/event.js'
import type { Method } from './method.js'
import { DRAIN_PROGRESS } from './operations.js'
import { type MethodName, drainProgress, methodNames, methods } from './protocol.js'
import { daemonEvent } from './session-methods.js'

const { z } = requirePackage('zod') as typeof zod

/** An OpenRPC document (https://spec.open-rpc.org, 1.3.2). `x-changes` marks methods that change what the daemon does. */
export interface OpenRpc extends Record<string, unknown> {
  openrpc: string
  info: { title: string; description: string; version: string }
  methods: OpenRpcMethod[]
  'x-notifications': OpenRpcNotification[]
}

export interface OpenRpcMethod {
  name: MethodName
  summary: string
  paramStructure: 'either'
  params: ContentDescriptor[]
  result: ContentDescriptor
  errors: Fault[]
  'x-changes': boolean
}

/** What a connection is told without being asked. OpenRPC has no place of its own for it. */
export interface OpenRpcNotification {
  name: string
  summary: string
  params: object
}

interface ContentDescriptor {
  name: string
  description?: string
  required: boolean
  schema: object
}

/** The method table as an OpenRPC document. `version` is the daemon's. */
export function describeMethods(version: string): OpenRpc {
  return {
    openrpc: '1.3.2',
    info: {
      title: 'rqd control socket',
      description:
        'JSON-RPC 2.0, one JSON message a line, over a Unix socket. On a daemon with tenants every method also takes `tenant`, by name: the one that it is to be answered for.',
      version,
    },
    methods: methodNames.map(describeMethod),
    'x-notifications': [
      {
        name: DRAIN_PROGRESS,
        summary: 'How far a drain is, to the connection that asked for it.',
        params: schemaOf(drainProgress, 'output'),
      },
      {
        name: EVENT,
        summary: 'Something has happened, to connections that have subscribed.',
        params: schemaOf(daemonEvent, 'output'),
      },
    ],
  }
}

function describeMethod(name: MethodName): OpenRpcMethod {
  const { summary, changes, params, result }: Method = methods[name]
  return {
    name,
    summary,
    paramStructure: 'either',
    params: Object.entries(params.shape as Record<string, zod.ZodType>).map(([param, schema]) =>
      describeParam(param, schema),
    ),
    result: { name: 'result', required: true, schema: schemaOf(result, 'output') },
    errors: faults,
    'x-changes': changes,
  }
}

function describeParam(name: string, type: zod.ZodType): ContentDescriptor {
  const schema = schemaOf(type, 'input')
  const description = z.globalRegistry.get(type)?.description
  return {
    name,
    ...(description === undefined ? {} : { description }),
    required: !type.safeParse(undefined).success,
    schema,
  }
}

function schemaOf(type: zod.core.$ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...schema } = z.toJSONSchema(type, { io, target: 'draft-7' })
  return schema
}

const faults: Fault[] = [
  ...Object.values(standardFaults).map(({ code, name, meaning }) =>
    name === undefined ? { code, message: meaning } : { code, message: meaning, data: { code: name } },
  ),
  ...(Object.keys(faultCodes) as (keyof typeof faultCodes)[]).map((code) => ({
    code: faultCodes[code],
    message: code,
    data: { code },
  })),
]
