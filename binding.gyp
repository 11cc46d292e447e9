{
  # node-gyp reads this file and does nothing of its own: CMakeLists.txt describes the build.
  "targets": [
    {
      "target_name": "millrace",
      "type": "none",
      "actions": [
        {
          "action_name": "cmake",
          "inputs": [],
          "outputs": ["<(PRODUCT_DIR)/millrace.node"],
          "action": ["node", "scripts/native.cjs", "--arch=<(target_arch)"]
        }
      ]
    }
  ]
}
