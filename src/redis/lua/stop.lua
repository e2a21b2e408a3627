-- stop: tell the worker that runs a job to end it, by RQ's command. What comes of that is the worker's to write.
-- KEYS[1] the job (hash)
-- ARGV[1] prefix  ARGV[2] job id
-- Derived keys: the channel of the worker that runs it.
-- Returns {'told', status, worker, number of programs that heard it}, {'refused', status, worker ('' none)} where it
-- is not running, or nobody knows where, or {'missing'} (no hash). Writes nothing.
--@include job_keys
local prefix, id = ARGV[1], ARGV[2]
if not is_job(prefix, id) then return { 'missing' } end
local status, worker = unpack(redis.call('HMGET', KEYS[1], 'status', 'worker_name'))
status, worker = status or '', worker or ''
if status ~= 'started' or worker == '' then return { 'refused', status, worker } end
local command = cjson.encode({ command = 'stop-job', job_id = id })
return { 'told', status, worker, redis.call('PUBLISH', prefix .. ':pubsub:' .. worker, command) }
