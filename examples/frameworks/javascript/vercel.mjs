// Answers a question about a project: a plain program of the Vercel AI SDK with MCP tools. Environment: as ../../notes/agent.py.
import { createMCPClient } from '@ai-sdk/mcp';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, stepCountIs } from 'ai';

const client = await createMCPClient({ transport: { type: 'http', url: process.env.MCP_SERVER_URL } });
try {
  const { text } = await generateText({
    model: createOpenAI().chat(process.env.OPENAI_MODEL),
    system: 'You answer questions about a project.',
    tools: await client.tools(),
    stopWhen: stepCountIs(50),
    prompt: process.argv.slice(2).join(' '),
  });
  console.log(text);
} finally {
  await client.close();
}
