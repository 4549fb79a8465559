"""What the lab does on the machine around its hosts: engine, images, links, processes."""
