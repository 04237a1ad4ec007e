import { app, output } from '@azure/functions';

const jobs = output.storageQueue({ queueName: 'jobs', connection: 'AzureWebJobsStorage' });
let done = 0;

app.http('addJob', {
  methods: ['POST'],
  route: 'jobs',
  authLevel: 'anonymous',
  extraOutputs: [jobs],
  handler: async (request, context) => {
    context.extraOutputs.set(jobs, await request.json());
    return { status: 202 };
  },
});

app.storageQueue('doJob', {
  queueName: 'jobs',
  connection: 'AzureWebJobsStorage',
  handler: (job, context) => {
    done += 1;
    context.log(`Done: ${JSON.stringify(job)}`);
  },
});

app.timer('countJobs', {
  schedule: '0 */5 * * * *',
  handler: (_timer, context) => context.log(`${done} jobs done`),
});
