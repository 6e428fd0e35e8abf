import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import java.net.URI;
import java.util.List;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.mcp.SyncMcpToolCallbackProvider;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;

/** Answers a question about a project: a plain Spring AI program with MCP tools. Environment: as ../../notes/agent.py. */
final class SpringAgent {
    public static void main(String... words) {
        URI tools = URI.create(System.getenv("MCP_SERVER_URL"));
        var transport = HttpClientStreamableHttpTransport.builder(tools.resolve("/").toString())
                .endpoint(tools.getPath())
                .build();
        try (McpSyncClient client = McpClient.sync(transport).build()) {
            client.initialize();
            var model = OpenAiChatModel.builder()
                    .options(OpenAiChatOptions.builder()
                            .baseUrl(System.getenv("OPENAI_BASE_URL"))
                            .apiKey(System.getenv("OPENAI_API_KEY"))
                            .model(System.getenv("OPENAI_MODEL"))
                            .build())
                    .build();
            System.out.println(ChatClient.create(model)
                    .prompt()
                    .system("You answer questions about a project.")
                    .user(String.join(" ", words))
                    .tools(SyncMcpToolCallbackProvider.syncToolCallbacks(List.of(client)).toArray())
                    .call()
                    .content());
        }
    }
}
