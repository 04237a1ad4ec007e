import { app, arg } from '@azure/functions';

// Clients of the Model Context Protocol reach the tool at /runtime/webhooks/mcp.
app.mcpTool('FUNCTION_NAME', {
  toolName: 'FUNCTION_NAME',
  description: 'Greets somebody.',
  toolProperties: { name: arg.string().describe('Whom to greet.') },
  handler: (_call, context) => {
    const { name } = Object(context.triggerMetadata?.mcptoolargs);
    return `Hello, ${name}!`;
  },
});
