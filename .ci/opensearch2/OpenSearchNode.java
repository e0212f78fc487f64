import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Stream;
import org.opensearch.common.settings.Settings;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.Plugin;

/** A node of OpenSearch 2 with the modules that Broadsheet needs: OpenSearchNode HOME CONFIG. */
public final class OpenSearchNode extends Node {
  private OpenSearchNode(String home, String config, Collection<Class<? extends Plugin>> plugins) {
    super(
        InternalSettingsPreparer.prepareEnvironment(
            Settings.builder().put("path.home", home).build(), Map.of(), Path.of(config), () -> "node"),
        plugins,
        false);
  }

  private static Class<? extends Plugin> plugin(String name) {
    try {
      return Class.forName("org.opensearch." + name + "Plugin").asSubclass(Plugin.class);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  public static void main(String[] args) throws Exception {
    Node node =
        new OpenSearchNode(args[0], args[1],
            Stream.of("transport.Netty4", "analysis.common.CommonAnalysis", "painless.Painless", "knn.plugin.KNN")
                .<Class<? extends Plugin>>map(OpenSearchNode::plugin)
                .toList());
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      try {
        node.close();
      } catch (Exception e) {
        e.printStackTrace();
      }
    }));
    node.start();
    Thread.currentThread().join();
  }
}
