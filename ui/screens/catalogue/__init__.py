"""药品目录, a section of 库存 on both desks."""
